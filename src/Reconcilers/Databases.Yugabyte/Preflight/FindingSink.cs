using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Collects all findings and notes of one preflight pass, from checks that run side by side.</summary>
internal sealed class FindingSink(Func<string, string> redact)
{
    private readonly Lock _gate = new();
    private readonly List<Finding> _findings = [];
    private readonly List<string> _notes = [];

    public bool Any
    {
        get
        {
            lock (_gate)
            {
                return _findings.Count > 0;
            }
        }
    }

    /// <summary>In an order that does not depend on which check was faster.</summary>
    public IReadOnlyList<Finding> Findings
    {
        get
        {
            lock (_gate)
            {
                return
                [
                    .. _findings
                        .OrderBy(f => f.Node ?? "", StringComparer.Ordinal)
                        .ThenBy(f => f.Reason, StringComparer.Ordinal)
                        .ThenBy(f => f.Message, StringComparer.Ordinal)
                        .Take(SchemaLimits.Findings),
                ];
            }
        }
    }

    public IReadOnlyList<string> Notes
    {
        get
        {
            lock (_gate)
            {
                return [.. _notes.Order(StringComparer.Ordinal)];
            }
        }
    }

    public void Add(string reason, string message, string? node = null, string? field = null) =>
        Add(new Finding { Reason = reason, Message = SchemaLimits.Clip(redact(message)), Node = node, Field = field });

    /// <summary>Adds what a host or a process refused, or did not answer.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="node">Which instance or host was asked; null takes the host of the failure.</param>
    /// <param name="field">The field of the spec that led there.</param>
    /// <param name="message">In place of the message of the failure.</param>
    public void Add(Exception failure, string? node = null, string? field = null, string? message = null)
    {
        var found = ClientFailures.Finding(failure, node, field);
        var reason = found?.Reason ?? ClusterPreflight.ReasonOf(failure);
        Add(reason, message ?? failure.Message, found?.Node ?? node, found?.Field ?? field);
    }

    public void Add(Finding finding)
    {
        lock (_gate)
        {
            _findings.Add(finding);
        }
    }

    public void Note(string note)
    {
        lock (_gate)
        {
            _notes.Add(redact(note));
        }
    }
}
