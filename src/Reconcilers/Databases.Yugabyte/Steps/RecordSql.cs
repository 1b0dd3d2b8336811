namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Records, before any process is stopped, which SQL interfaces of which tablet servers answer. The same ones
/// must answer before the next process is stopped, and before a server that was started gets its leaders back. An
/// interface that does not answer now is not required later.</summary>
internal sealed record RecordSql : YugabyteStep, IWaitsOnly
{
    private const int Named = 6;

    public override async Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<SqlAnswers> all;
        try
        {
            all = await YugabyteCluster.EachAsync(
                Cluster.Tservers, new SqlBaseline(Cluster).ReadAsync, cancellationToken);
        }
        catch (TargetException exception)
        {
            return new Observation.Running($"Waiting until every tablet server answers. {exception.Message}");
        }

        var facts = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (server, answers) in Cluster.Tservers.Zip(all))
        {
            foreach (var (kind, address) in answers.Answers)
            {
                facts[SqlBaseline.Fact(kind, server.Name)] = SqlBaseline.Text(server, address);
            }
        }

        var silent = all.SelectMany(a => a.Silent).ToList();
        var more = silent.Count > Named ? $" {silent.Count - Named} more do not answer." : "";
        return new Observation.Done(
            silent.Count == 0
                ? null
                : $"Not required during the upgrade: {string.Join(" ", silent.Take(Named))}{more} To have it required, "
                    + "make the port reachable for the operator and start the upgrade again before a process is "
                    + "stopped.",
            facts);
    }
}
