@fault
Feature: Sign-ins that begin in the KaseyaOne portal
  KaseyaOne opens applications from a portal. An application that is launched there begins a sign-in of its own,
  with the KaseyaOne it is set up for, and ends on a page of its own. An answer that it never asked for is worth nothing.

  Background:
    Given automatic user creation is in effect

  @S-40
  Scenario: A launch from the portal ends in one account
    When Dana opens the product from the KaseyaOne portal
    Then Dana is signed in
    And Dana has exactly one account
    And KaseyaOne was asked for one token
    When Dana opens the product from the KaseyaOne portal
    Then Dana is signed in
    And Dana has exactly one account

  @S-41
  Scenario: An answer that nobody asked for signs nobody in: authz-unsolicited-nostate
    Given the fault "authz-unsolicited-nostate" strikes the sign-in of Dana
    When Dana tries to open the product from the KaseyaOne portal
    Then Dana is not signed in
    And Dana has no account
    And KaseyaOne was not asked for a token
    And the fault has struck
    When Dana uses a new browser
    And Dana opens the product from the KaseyaOne portal
    Then Dana has exactly one account

  @S-41
  Scenario: A launch by another KaseyaOne begins nothing: authz-unsolicited-3pi-issuer
    Given the fault "authz-unsolicited-3pi-issuer" strikes the sign-in of Dana
    When Dana tries to open the product from the KaseyaOne portal
    Then Dana is not signed in
    And Dana has no account
    And KaseyaOne was not asked for a token
    And the fault has struck
    When Dana uses a new browser
    And Dana opens the product from the KaseyaOne portal
    Then Dana has exactly one account

  @S-41
  Scenario: A launch that names a page elsewhere ends in the product: authz-unsolicited-3pi-target
    Given the fault "authz-unsolicited-3pi-target" strikes the sign-in of Dana
    When Dana opens the product from the KaseyaOne portal
    Then Dana is signed in
    And the page says that Dana is signed in
    And Dana has exactly one account
    And the fault has struck
