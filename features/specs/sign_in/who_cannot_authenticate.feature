Feature: Whoever cannot authenticate through KaseyaOne gets no account
  Automatic user creation relies on authentication through KaseyaOne. People who are not there,
  or whom KaseyaOne refuses, get no account.

  Background:
    Given automatic user creation is in effect

  @S-27
  Scenario: A person unknown to KaseyaOne gets no account
    Given Dana was deleted from KaseyaOne
    When Dana tries to sign in with KaseyaOne
    Then Dana is stopped by KaseyaOne: "no such user name in such a company"
    And Dana is not signed in
    And Dana has no account

  @S-29
  Scenario Outline: No account when KaseyaOne refuses: <reason>
    When <person> <tries>
    Then <person> is stopped by KaseyaOne: "<because>"
    And <person> is not signed in
    And <person> has no account

    Examples:
      | reason              | person | tries                                            | because                                                                           |
      | wrong password      | Dana   | tries to sign in with a wrong KaseyaOne password | the password is wrong                                                             |
      | wrong code          | Dana   | tries to sign in with a wrong one-time code      | the one-time code is wrong                                                        |
      | 2FA not enrolled    | Tom    | tries to sign in with KaseyaOne                  | Your second factor is not set up yet. Ask your administrator.                     |
      | locked              | Lola   | tries to sign in with KaseyaOne                  | This account is locked after too many failed attempts. Ask your administrator.    |
      | deactivated         | Dirk   | tries to sign in with KaseyaOne                  | This account is deactivated. Ask your administrator.                              |
      | invited only        | Ivan   | tries to sign in with KaseyaOne                  | You have not accepted your invitation yet. Open the link in the invitation first. |
      | address not allowed | Paul   | tries to sign in with KaseyaOne                  | Signing in from this network address is not allowed.                              |

  @S-29
  Scenario: Whoever mistyped once can still sign in
    When Dana tries to sign in with a wrong KaseyaOne password
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
