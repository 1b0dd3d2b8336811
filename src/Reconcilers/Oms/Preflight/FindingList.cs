using Drydock.Crds.Common;

namespace Drydock.Reconcilers.Oms;

/// <summary>Collects all findings of one preflight pass, from checks that run side by side.</summary>
internal sealed class FindingList
{
    private readonly Lock _gate = new();
    private readonly List<Finding> _findings = [];

    /// <summary>Adds a finding.</summary>
    public void Add(string reason, string message, string? node = null, string? field = null)
    {
        lock (_gate)
        {
            _findings.Add(new Finding { Reason = reason, Message = SchemaLimits.Clip(message), Node = node, Field = field });
        }
    }

    /// <summary>Adds findings of the OMS domain, with the reasons of the API.</summary>
    public void Add(IEnumerable<OmsFinding> findings)
    {
        foreach (var finding in findings)
        {
            Add(FindingReasonsMap.Of(finding.Reason), finding.Message, finding.Node);
        }
    }

    /// <summary>Whether anything was found.</summary>
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

    /// <summary>All of them, in an order that does not depend on which check was faster.</summary>
    public IReadOnlyList<Finding> Sorted()
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
