dnl SPDX-License-Identifier: Apache-2.0
dnl lockstep.m4: the probes of configure.ac. None of them touches the user's CFLAGS, CPPFLAGS or LDFLAGS.

dnl LS_ENABLE(NAME, HELP): --enable-NAME, off unless asked for; sets enable_NAME to yes or no.
AC_DEFUN([LS_ENABLE],[
AC_ARG_ENABLE([$1],[AS_HELP_STRING([--enable-$1],[$2])],[],[enable_$1=no])
AS_IF([test "$enable_$1" != no],[enable_$1=yes])
])

dnl LS_CFLAG(VARIABLE, FLAG...): append to VARIABLE each flag that the compiler takes without a warning.
AC_DEFUN([LS_CFLAG],[
m4_foreach_w([ls_flag],[$2],[
AS_VAR_PUSHDEF([ls_cache],[ls_cv_cflag_]ls_flag)
AC_CACHE_CHECK([whether $CC takes ls_flag],[ls_cache],[
  ls_saved=$CFLAGS
  CFLAGS="$CFLAGS -Werror ls_flag"
  AC_COMPILE_IFELSE([AC_LANG_PROGRAM([],[])],[AS_VAR_SET([ls_cache],[yes])],[AS_VAR_SET([ls_cache],[no])])
  CFLAGS=$ls_saved])
AS_VAR_IF([ls_cache],[yes],[$1="$$1 ls_flag"])
AS_VAR_POPDEF([ls_cache])
])])

dnl LS_LDFLAG(VARIABLE, FLAG...): the same for the linker.
AC_DEFUN([LS_LDFLAG],[
m4_foreach_w([ls_flag],[$2],[
AS_VAR_PUSHDEF([ls_cache],[ls_cv_ldflag_]ls_flag)
AC_CACHE_CHECK([whether the linker takes ls_flag],[ls_cache],[
  ls_saved=$LDFLAGS
  ls_saved_c=$CFLAGS
  CFLAGS="$CFLAGS $HARDENING_CFLAGS"
  LDFLAGS="$LDFLAGS -Werror ls_flag"
  AC_LINK_IFELSE([AC_LANG_PROGRAM([],[])],[AS_VAR_SET([ls_cache],[yes])],[AS_VAR_SET([ls_cache],[no])])
  CFLAGS=$ls_saved_c
  LDFLAGS=$ls_saved])
AS_VAR_IF([ls_cache],[yes],[$1="$$1 ls_flag"])
AS_VAR_POPDEF([ls_cache])
])])

dnl LS_SEARCH_DLOPEN: DL_LIBS is what dlopen() needs: nothing on a glibc of today.
AC_DEFUN([LS_SEARCH_DLOPEN],[
AC_CHECK_FUNC([dlopen],[DL_LIBS=],
  [AC_CHECK_LIB([dl],[dlopen],[DL_LIBS=-ldl],[AC_MSG_ERROR([no dlopen() on this system])])])
AC_SUBST([DL_LIBS])
])

dnl LS_NEED(FLAGS): stop unless a program can be built with FLAGS.
AC_DEFUN([LS_NEED],[
AC_MSG_CHECKING([whether $CC links with $1])
ls_saved=$CFLAGS
CFLAGS="$CFLAGS $1"
AC_LINK_IFELSE([AC_LANG_PROGRAM([],[])],[AC_MSG_RESULT([yes])],
  [AC_MSG_RESULT([no])
   AC_MSG_ERROR([$CC cannot build with $1 (is the sanitizer's runtime library installed?)])])
CFLAGS=$ls_saved
])

AC_DEFUN([LS_SANITIZERS],[
SANITIZER_CFLAGS=
FUZZ_LDFLAGS=
AS_IF([test "$enable_asan" = yes],[LS_NEED([-fsanitize=address])
  SANITIZER_CFLAGS="$SANITIZER_CFLAGS -fsanitize=address"])
AS_IF([test "$enable_ubsan" = yes],[LS_NEED([-fsanitize=undefined])
  SANITIZER_CFLAGS="$SANITIZER_CFLAGS -fsanitize=undefined -fno-sanitize-recover=all"])
AS_IF([test "$enable_tsan" = yes],[LS_NEED([-fsanitize=thread])
  SANITIZER_CFLAGS="$SANITIZER_CFLAGS -fsanitize=thread"])
AS_IF([test "$enable_fuzz" = yes],[LS_NEED([-fsanitize=fuzzer-no-link])
  SANITIZER_CFLAGS="$SANITIZER_CFLAGS -fsanitize=fuzzer-no-link"
  FUZZ_LDFLAGS="-fsanitize=fuzzer"
  AC_DEFINE([LOCKSTEP_FUZZ],[1],[Define when libFuzzer brings main() to the fuzz programs.])])
AS_IF([test -n "$SANITIZER_CFLAGS"],[SANITIZER_CFLAGS="$SANITIZER_CFLAGS -fno-omit-frame-pointer"])
AC_SUBST([SANITIZER_CFLAGS])
AC_SUBST([FUZZ_LDFLAGS])
])

AC_DEFUN([LS_WARNINGS],[
WARN_CFLAGS=
LS_CFLAG([WARN_CFLAGS],[-Wall -Wextra -Wstrict-prototypes -Wmissing-prototypes -Wshadow -Wvla
  -Wpointer-arith -Wwrite-strings -Wformat=2 -Wundef -Wunused-result])
AS_IF([test "$enable_werror" = yes],[WARN_CFLAGS="$WARN_CFLAGS -Werror"])
AC_SUBST([WARN_CFLAGS])
])

AC_DEFUN([LS_HARDENING],[
HARDENING_CPPFLAGS=
HARDENING_CFLAGS=
HARDENING_LDFLAGS=
LS_CFLAG([HARDENING_CFLAGS],[-fstack-protector-strong -fPIE])
LS_LDFLAG([HARDENING_LDFLAGS],[-pie -Wl,-z,relro -Wl,-z,now -Wl,--as-needed])
dnl Without optimisation glibc warns about it, and sanitizers do not see through the checked variants.
AS_IF([test -z "$SANITIZER_CFLAGS"],
  [AS_CASE([" $CFLAGS "],
    [*" -O0 "*],[],
    [*" -O"@<:@123sgz@:>@" "*|*" -O "*|*" -Ofast "*],[HARDENING_CPPFLAGS="-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2"])])
AC_SUBST([HARDENING_CPPFLAGS])
AC_SUBST([HARDENING_CFLAGS])
AC_SUBST([HARDENING_LDFLAGS])
])
