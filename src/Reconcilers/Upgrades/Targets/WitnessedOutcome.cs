namespace Drydock.Reconcilers.Upgrades;

/// <summary>What both witnesses of a command say together.</summary>
/// <param name="State">What came of it.</param>
/// <param name="ExitCode">Its exit code, if it ended.</param>
/// <param name="Message">For people.</param>
internal sealed record WitnessedOutcome(WitnessedState State, int? ExitCode, string Message);
