namespace Drydock.Engine.Guards;

/// <summary>The result of reading a guard.</summary>
/// <param name="State">Whether it holds.</param>
/// <param name="Message">Who changed what and when, if it is broken; what could not be read, if it is unreadable.</param>
public sealed record GuardReading(GuardState State, string Message = "")
{
    public static GuardReading Holds { get; } = new(GuardState.Holds);

    public static GuardReading Broken(string message) => new(GuardState.Broken, message);

    public static GuardReading Unreadable(string message) => new(GuardState.Unreadable, message);
}
