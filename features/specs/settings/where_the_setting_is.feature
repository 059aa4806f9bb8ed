Feature: Where automatic user creation is configured
  Settings > Users is the place for user accounts, authentication, Unified Login and provisioning,
  and the only one. What is saved there is what the next sign-in obeys.

  Background:
    Given automatic user creation is in effect

  @S-21
  Scenario: The setting is found at Settings > Users
    When Mona opens the start page
    And Mona goes to Settings > Users in the side navigation
    Then Mona has the Users page on the screen
    And the page shows "Enable Automatic User Creation" as on
    When Mona turns off "Enable Automatic User Creation"
    And Mona opens the start page
    And Mona goes to Settings > Users in the side navigation
    Then the page shows "Enable Automatic User Creation" as off

  @S-22
  Scenario: Every sign-in and provisioning control is on the Users page
    Given Dana has signed in before
    And "Require Login with KaseyaOne" is on
    When Mona opens the Users page
    Then the page that Mona has open has these controls:
      | Allow Users to Log in with KaseyaOne |
      | Require Login with KaseyaOne         |
      | Save exceptions                      |
      | Enable Automatic User Creation       |
      | Add user                             |
      | Mark as reviewed Dana Reyes          |
      | Make MSP Admin Dana Reyes            |
      | Deactivate Dana Reyes                |
      | Remove Dana Reyes                    |

  @S-22
  Scenario: No other page changes them
    Given Dana has signed in before
    And the organization "Aurora Dental" exists
    And the access group "Night shift" exists
    When Mona presses every button of every page but the Users page
    Then the Single Sign-On settings are as they were
    And nobody's account has changed
    And no account has been created

  @S-23
  Scenario Outline: The next sign-in obeys the setting just saved: turned <to>
    Given "Enable Automatic User Creation" is <from>
    And a second server runs on the same database
    And Zoe tried to sign in with KaseyaOne on the second server
    When Mona turns <to> "Enable Automatic User Creation"
    And Dana tries to sign in with KaseyaOne on the second server
    Then Dana <is signed in>
    And Dana <has an account>
    When Mona goes to the second server
    And Mona opens the Users page
    Then the page shows "Enable Automatic User Creation" as <to>

    Examples:
      | from | to  | is signed in     | has an account          |
      | on   | off | is not signed in | has no account          |
      | off  | on  | is signed in     | has exactly one account |

  @S-23
  Scenario: The next local sign-in obeys the requirement just saved
    Given Lee is an MSP user with a local password
    And Mona may always sign in locally
    And a second server runs on the same database
    And Lee went to the second server
    And Lee has signed in locally before
    When Mona turns on "Require Login with KaseyaOne"
    And Lee tries to sign in locally
    Then Lee is not signed in
    And the record of the sign-in says:
      | cause | local not permitted |
