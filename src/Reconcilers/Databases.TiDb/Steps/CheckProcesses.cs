namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Every process runs the new program and its service port is open; TiKV's status port, which Prometheus
/// scrapes, is read too (docs/research/tidb.md#tikv).</summary>
internal sealed record CheckProcesses : TiDbStep, IWaitsOnly
{
    public const string NoMetricsFact = "noMetrics";

    private const int AtATime = 16;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var problems = new List<string>();
        foreach (var some in Spec.Instances.Chunk(AtATime))
        {
            problems.AddRange((await Task.WhenAll(some.Select(i => ProblemAsync(context, i, cancellationToken))))
                .OfType<string>());
        }

        if (problems.Count > 0)
        {
            return new Observation.Running(string.Join(" ", problems));
        }

        var silent = new List<string>();
        foreach (var instance in Spec.Of(DatabaseComponent.TiKV))
        {
            if (!await Targets.Tikv().AnswersAsync(Spec.Status(instance), cancellationToken))
            {
                silent.Add(instance.Name);
            }
        }

        return new Observation.Done(
            $"{Spec.Instances.Count} processes run the new programs.",
            silent.Count == 0 ? null : Entry(NoMetricsFact, string.Join(", ", silent)));
    });

    private async Task<string?> ProblemAsync(
        StepContext context, DatabaseInstance instance, CancellationToken cancellationToken)
    {
        var where = $"{instance.Name} on {instance.Host}";
        var process = await Targets.Hosts.Instance(instance.Name).LookAsync(cancellationToken);
        if (!InstancePrograms.RunsNew(process, InstancePrograms.NewSha256(Targets, context.Plan, instance)))
        {
            return $"{where} does not run the new program ({process.SupervisionText}).";
        }

        return process.IsListening
            ? null
            : $"{where} does not listen on port {Spec.Service(instance).Port}.";
    }
}
