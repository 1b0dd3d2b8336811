namespace Drydock.Reconcilers.Upgrades;

/// <summary>The combined result of both witnesses of a command.</summary>
/// <param name="State">The result.</param>
/// <param name="ExitCode">Its exit code, if it ended.</param>
/// <param name="Message">Whole sentences.</param>
internal sealed record WitnessedOutcome(WitnessedState State, int? ExitCode, string Message);
