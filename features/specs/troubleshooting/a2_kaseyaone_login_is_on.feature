Feature: No account is created: is "Allow Users to Log in with KaseyaOne" on?
  Second item of the list. With it off, a sign-in is refused before KaseyaOne is even asked.

  Background:
    Given automatic user creation is in effect

  @S-64
  Scenario: No account because KaseyaOne login is off
    Given "Allow Users to Log in with KaseyaOne" is off
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And Dana was not sent to KaseyaOne
    And the record of the sign-in says:
      | authenticated using KaseyaOne | not reached           |
      | KaseyaOne login is on         | fail                  |
      | automatic user creation is on | pass                  |
      | completed authentication      | not reached           |
      | first failing                 | KaseyaOne login is on |
      | outcome                       | refused               |

  @S-64
  Scenario: No account because KaseyaOne login was turned off while the person was at KaseyaOne
    When Dana starts to sign in with KaseyaOne
    And Mona turns off "Allow Users to Log in with KaseyaOne"
    And Dana completes the sign-in
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | KaseyaOne login is on | fail                  |
      | first failing         | KaseyaOne login is on |
