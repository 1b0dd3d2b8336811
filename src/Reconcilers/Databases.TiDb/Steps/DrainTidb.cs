namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>Makes a TiDB server resign as DDL owner before it is stopped (docs/research/tidb.md#tidb-server). It is
/// asked once another server is ready, and again until one has become the owner: a server that has just started may not
/// be a candidate yet.</summary>
internal sealed record DrainTidb : TiDbStep
{
    private static readonly TimeSpan MovesWithin = TimeSpan.FromSeconds(2);

    private const int Named = 6;

    // A server of a version without the request.
    private bool _cannotResign;
    private long? _asked;

    public override Task<Observation> ObserveAsync(
        StepContext context, CancellationToken cancellationToken) => PatientlyAsync(async () =>
    {
        var instance = Instance(context);
        if (await InstancePrograms.NeedsNoDrainAsync(Targets, context.Plan, instance, cancellationToken) is { } why)
        {
            return new Observation.Done(why);
        }

        var others = Spec.Of(DatabaseComponent.TiDB).Where(i => i.Name != instance.Name).ToList();
        if (others.Count == 0)
        {
            return new Observation.Done($"{instance.Name} is the only TiDB server.");
        }

        if (!(await Targets.Tidb().InfoAsync(Spec.Status(instance), cancellationToken)).IsOwner)
        {
            return new Observation.Done($"{instance.Name} is not the DDL owner.");
        }

        if (_cannotResign)
        {
            return new Observation.Done(
                $"{instance.Name} is the DDL owner, and its version has no request to resign. Another server becomes "
                + "the owner once its lease has ended.");
        }

        if (_asked is { } asked && context.Time.GetElapsedTime(asked) < MovesWithin)
        {
            return new Observation.Running($"{instance.Name} is still the DDL owner.");
        }

        return await IsAnyReadyAsync(others, cancellationToken)
            ? new Observation.NotStarted($"{instance.Name} is the DDL owner.") { IsSameAttempt = true }
            : new Observation.Running(
                $"{instance.Name} is the DDL owner. Waiting until another TiDB server is ready to take over: "
                + $"{Sentences.List([.. others.Select(i => i.Name)], Named)}.");
    });

    protected override async Task ExecuteAsync(StepContext context, CancellationToken cancellationToken)
    {
        var instance = Instance(context);
        if (!await Targets.Tidb().ResignDdlOwnerAsync(Spec.Status(instance), cancellationToken))
        {
            _cannotResign = true;
        }

        _asked = context.Time.GetTimestamp();
    }

    // The status port opens after the system tables are upgraded.
    private async Task<bool> IsAnyReadyAsync(List<DatabaseInstance> servers, CancellationToken cancellationToken)
    {
        foreach (var server in servers)
        {
            try
            {
                _ = await Targets.Tidb().VersionAsync(Spec.Status(server), cancellationToken);
                return true;
            }
            catch (TargetException)
            {
                // Another one may be ready.
            }
        }

        return false;
    }
}
