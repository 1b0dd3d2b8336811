namespace Drydock.Reconcilers.Databases;

/// <summary>How long a process may take to end.</summary>
internal static class StopGrace
{
    public static string Seconds(InstanceTarget target) =>
        Math.Max(
            1,
            (long)Math.Ceiling(TimeLimit.Parse(target.Control.StopGrace).TotalSeconds)).ToString(
                CultureInfo.InvariantCulture);
}
