namespace Drydock.Reconcilers.Oms;

/// <summary>A write of ha.config over a value that was read before, and how it is found again: the receipt has
/// both.</summary>
internal static class HaConfigWrite
{
    public const string ExpectedKey = "expected";

    public const string TargetKey = "target";

    public static IReadOnlyDictionary<string, string> Enabling(
        string expected, HaConfig target, DateTimeOffset now) => new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [ExpectedKey] = expected,
            [TargetKey] = target.Raw,
            [EnableHighAvailability.EnabledAtFact] = now.ToString("O", CultureInfo.InvariantCulture),
        };

    /// <summary>Whether the write was done.</summary>
    /// <param name="raw">The value now; null without one.</param>
    public static Observation Judge(StepContext context, string target, string? raw, string? present, string doing)
    {
        if (raw is not null && HaConfig.Parse(raw).Equals(HaConfig.Parse(target)))
        {
            return new Observation.Done($"ha.config is {raw}");
        }

        return present == context.Receipt(ExpectedKey)
            ? new Observation.NotStarted()
            : new Observation.Failed(
                Reasons.TargetChanged,
                $"Another session changed ha.config while the operator was {doing}. "
                + "The operator reads ha.config again and retries.");
    }

    public static void Ensure(bool written)
    {
        if (!written)
        {
            throw new StepActionException(
                Reasons.TargetChanged, "ha.config changed a moment before the write. Nothing was written.");
        }
    }
}
