namespace Drydock.Reconcilers.Upgrades;

/// <summary>Collects the findings and notes of one preflight pass from checks that run concurrently. Texts are redacted
/// when they are read, with every secret that the pass has learned by then, and clipped only afterwards, so that no cut
/// secret escapes the redaction.</summary>
/// <param name="findingOf">The finding of a failure of the kind's clients, for a node and a field; null: no failure is
/// a finding.</param>
/// <param name="acknowledged">The entries of spec.preflight.acknowledge.</param>
/// <param name="or">How the sentence begins that says how to acknowledge a finding.</param>
internal sealed class Findings(
    Func<string, string> redact,
    Func<Exception, string?, string?, Finding?>? findingOf = null,
    IReadOnlyList<string>? acknowledged = null,
    string or = "Or list")
{
    private readonly ConcurrentQueue<Finding> _findings = [];
    private readonly ConcurrentQueue<string> _notes = [];

    public bool Any => !_findings.IsEmpty;

    public IReadOnlyList<string> Notes => [.. _notes.Select(redact).Order(StringComparer.Ordinal)];

    public bool Has(string reason, string node) =>
        _findings.Any(finding => finding.Reason == reason && finding.Node == node);

    public void Add(string reason, string message, string? node = null, string? field = null) =>
        Add(new Finding { Reason = reason, Message = message, Node = node, Field = field });

    /// <summary>Adds a finding that an administrator may judge differently. If spec.preflight.acknowledge names its
    /// reason, or reason and subject, it is a note for the readers of the plan instead.</summary>
    /// <param name="subject">What the finding is about, a stable word, for instance a node; null if there is only one.
    /// It is made one (<see cref="Sentences.Word"/>).</param>
    public void Ask(string reason, string? subject, string message, string? node = null, string? field = null)
    {
        var word = subject is null ? reason : $"{reason}/{Sentences.Word(subject)}";
        if (acknowledged?.FirstOrDefault(entry => entry == word || entry == reason) is { } entry)
        {
            Note($"You acknowledged {entry}: {message}");
            return;
        }

        Add(new Finding
        {
            Reason = reason,
            Message = Sentences.Join(message, $"{or} {word} in spec.preflight.acknowledge."),
            Node = node,
            Field = field,
            Acknowledge = word,
        });
    }

    public void Add(Finding finding) => _findings.Enqueue(finding);

    public void Add(IEnumerable<Finding> findings)
    {
        foreach (var finding in findings)
        {
            Add(finding);
        }
    }

    /// <summary>Runs one check. A failure of a target becomes a finding, so that it does not hide the findings of other
    /// checks; every other exception is thrown.</summary>
    /// <param name="node">The node, instance or host that was asked; null takes that of the failure.</param>
    /// <param name="field">The field of the spec that led there; null takes that of the failure.</param>
    /// <param name="prefix">What stands before the message of the failure.</param>
    /// <returns>The result of the check; the default if it failed.</returns>
    public async Task<T?> LookAsync<T>(
        Func<Task<T?>> look, string? node = null, string? field = null, string prefix = "")
    {
        try
        {
            return await look();
        }
        catch (Exception exception) when (findingOf?.Invoke(exception, node, field) is { } finding)
        {
            Add(finding with { Message = prefix + finding.Message });
            return default;
        }
    }

    public void Note(string note) => _notes.Enqueue(note);

    /// <summary>The findings, redacted, each once, in an order that does not depend on which check was faster, and at
    /// most <see cref="SchemaLimits.Findings"/>.</summary>
    public IReadOnlyList<Finding> Sorted() =>
    [
        .. _findings
            .Select(f => f with { Message = SchemaLimits.Clip(redact(f.Message)) })
            .Distinct()
            .OrderBy(f => f.Node ?? "", StringComparer.Ordinal)
            .ThenBy(f => f.Reason, StringComparer.Ordinal)
            .ThenBy(f => f.Message, StringComparer.Ordinal)
            .Take(SchemaLimits.Findings),
    ];
}

/// <summary>The result of one preflight pass: a discovery to plan from, or every reason why there is none.</summary>
/// <param name="Discovery">Null if there are findings.</param>
/// <param name="Findings">All of them; empty if preflight passed.</param>
/// <param name="TargetIdentity">Identity of the target; null if it could not be read. While another run holds the
/// target, its findings are not reported.</param>
internal sealed record PreflightResult<TDiscovery>(
    TDiscovery? Discovery, IReadOnlyList<Finding> Findings, string? TargetIdentity = null)
    where TDiscovery : class
{
    public IReadOnlyList<string> TargetAddresses { get; init; } = [];

    public ClaimTarget? Target => TargetIdentity is { } identity ? new ClaimTarget(identity, TargetAddresses) : null;

    public PreflightResult<TOther> Select<TOther>(Func<TDiscovery, TOther> convert)
        where TOther : class =>
        new(Discovery is { } discovery ? convert(discovery) : null, Findings, TargetIdentity)
        {
            TargetAddresses = TargetAddresses,
        };
}

/// <summary>The first minutes of an object, in which a Secret or a BackupSnapshot that it names may still be created:
/// by the same sync of a GitOps tool, or by a controller that copies Secrets from a vault. Until then the object waits,
/// and a tool that waits for it does not take it for failed. Pure.</summary>
internal static class ArrivalTime
{
    public static TimeSpan Length { get; } = TimeSpan.FromMinutes(2);

    public static DateTimeOffset? EndsAt(V1ObjectMeta metadata, IReadOnlyList<Finding> findings, DateTimeOffset now) =>
        findings.Count > 0 && findings.All(f => f.Reason is Reasons.SecretMissing or Reasons.SnapshotMissing)
            ? EndsAt(metadata, now)
            : null;

    public static DateTimeOffset? EndsAt(V1ObjectMeta metadata, DateTimeOffset now) =>
        metadata.CreatedAt + Length is { } ends && ends > now ? ends : null;

    public static string Describe(DateTimeOffset ends) =>
        $"The operator continues automatically once it exists, and reports a failure after "
        + $"{ends.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z.";
}
