Feature: No account is created: does the user exist in KaseyaOne?
  Fourth item of the list. Whoever KaseyaOne does not let in never comes back, so the answer
  comes from KaseyaOne's directory, asked with the user name that was typed on the sign-in page.

  Background:
    Given automatic user creation is in effect

  @S-66
  Scenario Outline: No account because the person is not in KaseyaOne: <why>
    Given <situation>
    And <person> typed the own user name on the sign-in page
    When <person> <tries>
    And <person> gives up and 11 minutes pass
    Then <person> is not signed in
    And <person> has no account
    And the record of the sign-in says:
      | authenticated using KaseyaOne | not knowable        |
      | KaseyaOne login is on         | pass                |
      | automatic user creation is on | pass                |
      | exists in KaseyaOne           | fail                |
      | first failing                 | exists in KaseyaOne |

    Examples:
      | why           | situation                                 | person | tries                            |
      | never existed | Nobody has ever been in KaseyaOne         | Nobody | tries to sign in with KaseyaOne  |
      | deleted       | Dana was deleted from KaseyaOne           | Dana   | tries to sign in with KaseyaOne  |
      | other company | Carl belongs to another KaseyaOne company | Carl   | starts to sign in with KaseyaOne |
      | deactivated   | Dana was deactivated in KaseyaOne         | Dana   | tries to sign in with KaseyaOne  |

  @S-66
  Scenario: Without a typed user name nobody can know whether the person exists
    Given Dana was deleted from KaseyaOne
    When Dana tries to sign in with KaseyaOne
    And Dana gives up and 11 minutes pass
    Then Dana has no account
    And the record of the sign-in says:
      | exists in KaseyaOne      | not knowable             |
      | completed authentication | fail                     |
      | first failing            | completed authentication |
      | outcome                  | abandoned                |
