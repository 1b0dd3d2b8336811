namespace Drydock.Reconcilers.Upgrades;

/// <summary>The time limit that a field asks for, as a timer takes it: at most 49 days.</summary>
internal static class TimeLimit
{
    public static TimeSpan Parse(string text) => Timers.Clamp(KubernetesDuration.Parse(text));
}
