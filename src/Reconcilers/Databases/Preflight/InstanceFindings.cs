namespace Drydock.Reconcilers.Databases;

/// <summary>What the preflights of all engines find out in the same way.</summary>
internal static class InstanceFindings
{
    public static void CheckSpec(this Findings findings, EngineContext context)
    {
        findings.Add(DatabaseSpecPreflight.Check(context.Upgrade.Spec));
        findings.Add(context.Secrets.Problems);
        findings.Add(DatabaseStorages.Refusals(context.Storages, context.Upgrade));
    }

    /// <summary>Whether the operator may stop and start a process, and can start it again as it is.</summary>
    public static async Task CheckControlAsync(
        this Findings findings, IInstanceHost host, DatabaseInstance instance, InstanceProcess process, string field,
        CancellationToken cancellationToken)
    {
        if (await host.FindMissingRightAsync(process, cancellationToken) is { } right)
        {
            findings.Ask(Reasons.AccessDenied, instance.Host, right, instance.Name, "spec.access");
        }

        if (await host.FindLossAsync(process, cancellationToken) is { } loss)
        {
            findings.Add(
                Reasons.ControlMismatch, $"{instance.Name} on {instance.Host}: {loss}", instance.Name, field);
        }
    }

    public static void CheckClocks(
        this Findings findings, IReadOnlyList<(string Host, ClockReading Clock)> clocks, TimeSpan allowed,
        Func<(string Behind, string Ahead, TimeSpan AtLeast, TimeSpan Error), string> describe)
    {
        if (ClockComparison.Largest(clocks) is { } skew && skew.AtLeast > allowed)
        {
            findings.Ask(Reasons.ClockSkew, skew.Ahead, describe(skew), skew.Ahead);
        }
    }

    public static void NoteVersion(this Findings findings, string instance, string running, string from, string to) =>
        findings.Note(
            $"{instance} runs version {running}, not {from} (spec.fromVersion). It is upgraded to {to} like the "
            + "others.");

    public static string OtherVersion(ServiceAddress at, string running, DatabaseRollingUpgradeSpec spec) =>
        $"{at} runs version {running}, expected {spec.ToVersion} (spec.toVersion). Install that version there.";

    /// <summary>What this attempt has saved, if it has begun although the status does not know it: then what the
    /// database has now may be the upgrade's own.</summary>
    public static async Task<IReadOnlyDictionary<string, string>?> ReadSavedAsync(
        this Findings findings, EngineContext context, string use, CancellationToken cancellationToken)
    {
        var saved = await ConfigurationSecret.ReadAsync(context, cancellationToken);
        if (saved is not null)
        {
            findings.Note(
                "The Secret with the saved configuration of this attempt already exists, so the status was put back "
                + $"to an older copy. {use}");
        }

        return saved;
    }
}
