namespace Drydock.Crds.Common;

/// <summary>What this version cannot read of a stored status, and how to go on. The operator neither continues nor
/// undoes such a run, and the plugin changes nothing of it.</summary>
/// <param name="What">What cannot be read, and who wrote it: one or two sentences.</param>
/// <param name="Remedy">Which version can read it, or where to get what can be read: one sentence.</param>
public sealed record StatusForm(string What, string Remedy)
{
    public const int Current = 1;

    /// <summary>What the operator says.</summary>
    public string Message => $"{What} Nothing is started, and nothing is undone. {Remedy} To release the target as it "
        + $"is, set {Annotations.OnDelete}={Annotations.Abandon} and delete this object.";

    /// <summary>A form that this version does not know; null if it does. Nothing may be written to such a status: what
    /// is not known of it would be lost.</summary>
    public static StatusForm? Unknown(RunStatus status)
    {
        if (status.Form is not { } form)
        {
            return status.Phase is null ? null : new(
                "A version of Drydock before the first release wrote this status, and it is no longer read.",
                "Let that version finish what is under way.");
        }

        return form <= Current ? null : new(
            $"This status has form {form}, and Drydock {CrdSchema.Number} reads form {Current}.",
            "Run the version that wrote it, or a later one.");
    }

    /// <summary>A plan or an inventory that was damaged, or that a later version wrote; null if all can be read. It is
    /// written back as it is.</summary>
    public static StatusForm? UnreadablePart(RunStatus status)
    {
        if (status.Found is { Unreadable: not null } found)
        {
            return Unreadable("status.inventory", found.WrittenBy);
        }

        return status.Plans.Find(p => p.Unreadable is not null) is { } plan
            ? Unreadable($"Plan {plan.Number} in status.plans", plan.WrittenBy)
            : null;
    }

    private static StatusForm Unreadable(string what, Version? by)
    {
        var writer = $"Drydock {by?.ToString() ?? "of an unknown version"}";
        return by > CrdSchema.Number
            ? new(
                $"{what} was written by {writer}, and Drydock {CrdSchema.Number} cannot read it.",
                $"Run {writer} or a later version.")
            : new(
                $"{what} is damaged: {writer} wrote it, and it cannot be read.",
                "Restore the status from a backup of the object.");
    }
}
