Feature: Only an MSP Admin can change the Single Sign-On settings
  Its controls are for MSP Admins. Anyone else is refused by the service itself, not only by a
  hidden button, and the refusal is audited.

  Background:
    Given automatic user creation is in effect

  @S-24
  Scenario Outline: Only an MSP Admin can change the setting: <who>
    Given <situation>
    When <person> tries to turn off "Enable Automatic User Creation"
    Then <person> is refused
    And "Enable Automatic User Creation" is on

    Examples:
      | who                       | situation                                  | person     |
      | an MSP user               | Lee is an MSP user, signed in locally      | Lee        |
      | a user with every privilege | Rui is signed in and has every capability | Rui        |
      | a user just created       | Dana is signed in with KaseyaOne           | Dana       |
      | someone not signed in     | nobody but Mona has an account             | A stranger |

  @S-24
  Scenario: The refusal is audited
    Given Dana is signed in with KaseyaOne
    When Dana tries to turn off "Enable Automatic User Creation"
    Then Dana is refused
    And the audit says that Dana was refused

  @S-24
  Scenario: Someone who is no MSP Admin does not see the controls
    Given Dana is signed in with KaseyaOne
    When Dana tries to open the Users page
    Then Dana is refused

  @S-25
  Scenario: A demoted administrator cannot save the setting
    Given Lee is an MSP Admin, signed in locally
    When Mona takes the MSP Admin designation from Lee
    And Lee tries to turn off "Enable Automatic User Creation"
    Then Lee is refused
    And "Enable Automatic User Creation" is on
