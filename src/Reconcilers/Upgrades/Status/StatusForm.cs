namespace Drydock.Reconcilers.Upgrades;

/// <summary>What this operator cannot read of a stored status, and what to do; null if it can. It neither continues nor
/// undoes such a run.</summary>
internal static class StatusForm
{
    public const int Current = 1;

    private const string Nothing = "Nothing is started, and nothing is undone.";

    private static readonly string Abandon =
        $"To release the target as it is, set {Annotations.OnDelete}={Annotations.Abandon} and delete this object.";

    /// <summary>A form that this operator does not know. Nothing may be written to such a status: what is not known of
    /// it would be lost.</summary>
    public static string? Unknown(RunStatus status)
    {
        if (status.Phase is not null && status.Form is null)
        {
            return "A version of Drydock before the first release wrote this status, and it is no longer read. "
                + $"{Nothing} Let that version finish what is under way. {Abandon}";
        }

        return status.Form <= Current || status.Phase is null
            ? null
            : $"This status has form {status.Form}, and Drydock {CrdSchema.Number} reads form {Current}. "
                + $"{Nothing} Run the version that wrote it, or a later one. {Abandon}";
    }

    /// <summary>A plan or an inventory that was damaged, or that a later version wrote. It is written back as it
    /// is.</summary>
    public static string? UnreadablePart(RunStatus status)
    {
        if (status.Found is { Unreadable: not null } found)
        {
            return Unreadable("status.inventory", found.WrittenBy);
        }

        return status.Plans.Find(p => p.Unreadable is not null) is { } plan
            ? Unreadable($"Plan {plan.Number} in status.plans", plan.WrittenBy)
            : null;
    }

    private static string Unreadable(string what, Version? by)
    {
        var writer = $"Drydock {by?.ToString() ?? "of an unknown version"}";
        return by > CrdSchema.Number
            ? $"{what} was written by {writer}, and Drydock {CrdSchema.Number} cannot read it. {Nothing} "
                + $"Run {writer} or a later version. {Abandon}"
            : $"{what} is damaged: {writer} wrote it, and it cannot be read. {Nothing} "
                + $"Restore the status from a backup of the object. {Abandon}";
    }
}
