using Drydock.Clients.Snapshots;
using Drydock.Crds.Common;
using Drydock.Reconcilers.Upgrades;

namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Collects all findings of one preflight pass, from checks that run side by side.</summary>
internal sealed class TiDbFindings(ITiDbTargets targets)
{
    private readonly Lock _gate = new();
    private readonly List<Finding> _findings = [];

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

    /// <summary>Adds one.</summary>
    public void Add(string reason, string message, string? node = null, string? field = null) =>
        Add(new Finding { Reason = reason, Message = SchemaLimits.Clip(targets.Redact(message)), Node = node, Field = field });

    /// <summary>Adds one.</summary>
    public void Add(Finding finding)
    {
        lock (_gate)
        {
            _findings.Add(finding);
        }
    }

    /// <summary>
    /// Looks; what could not be read is a finding, and hides nothing that other looks find. Returns the default then.
    /// </summary>
    public async Task<T?> LookAsync<T>(Func<Task<T?>> look, string? node = null, string? field = null)
    {
        try
        {
            return await look();
        }
        catch (Exception exception) when (ClientFailures.Finding(exception, node, field) is not null)
        {
            var found = ClientFailures.Finding(exception, node, field)!;
            Add(found.Reason, found.Message, found.Node, found.Field);
        }
        catch (TiDbApiException exception)
        {
            Add(exception.Reason, exception.Message, node, field ?? exception.Field);
        }
        catch (DatabaseSqlException exception)
        {
            Add(exception.Reason, exception.Message, node, field ?? exception.Field ?? "spec.tidb.credentialsSecretRef");
        }
        catch (SnapshotException exception)
        {
            Add(StorageReasons.Of(exception), exception.Message, node, field);
        }

        return default;
    }

    /// <summary>All of them, in an order that does not depend on which check was faster.</summary>
    public IReadOnlyList<Finding> Sorted()
    {
        lock (_gate)
        {
            return
            [
                .. _findings
                    .Distinct()
                    .OrderBy(f => f.Node ?? "", StringComparer.Ordinal)
                    .ThenBy(f => f.Reason, StringComparer.Ordinal)
                    .ThenBy(f => f.Message, StringComparer.Ordinal)
                    .Take(SchemaLimits.Findings),
            ];
        }
    }
}
