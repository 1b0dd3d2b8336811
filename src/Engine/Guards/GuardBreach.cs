namespace Drydock.Engine.Guards;

/// <summary>A guard that does not hold.</summary>
/// <param name="GuardId">Which guard.</param>
/// <param name="Reading">What was read.</param>
public sealed record GuardBreach(string GuardId, GuardReading Reading)
{
    public GuardState State => Reading.State;

    public string Message => Reading.Message;
}
