namespace Drydock.Reconcilers.Oms;

/// <summary>config.yaml of a node keeps the values that the plan was made from, until docker_init.sh runs on it: the
/// correction JAR and docker_init.sh read it again, and it has the address of the metadata server.</summary>
/// <param name="Old">Id of the old container.</param>
/// <param name="New">Name of the new container, which has the same file.</param>
/// <param name="Values">The beginning of the checksum of each value, by key.</param>
internal sealed record ConfigurationStays(string Old, string New, SortedDictionary<string, string> Values)
    : GuardBase<OmsTargets>
{
    public override async Task<GuardReading> CheckAsync(
        Guard guard, PlanProgress plan, CancellationToken cancellationToken)
    {
        // Other steps and guards report containers that are missing.
        if ((plan.Step<RunDockerInit>(guard.Node!) is { } init && init.HasEverBegun)
            || await ReadAsync(guard, cancellationToken) is not { } result)
        {
            return GuardReading.Holds;
        }

        Targets.ForgetMetadata(result.Config);
        var problem = result.Config is not { } config
            ? $"cannot be used any more: {ForeignText.Words(string.Join(' ', result.Errors), SchemaLimits.Name)}"
            : Different(config.PlannedValues()) is { Count: > 0 } keys
            ? $"has other values of {string.Join(", ", keys)} than when the plan was made"
            : null;
        return problem is null
            ? GuardReading.Holds
            : GuardReading.Broken(Sentences.Join(
                $"config.yaml of {guard.Node} {problem}",
                "Put the former values back; the upgrade continues once they are there.")) with
            {
                Check = "config.yaml was changed during the upgrade and changed back: check that no program of OMS was "
                    + "started with the other values.",
            };
    }

    // dockerd takes a tenth of a second to read a file of a container.
    public override bool Concerns(Step aboutToAct) => OmsPlanProgress.UsesMetadata(aboutToAct);

    private List<string> Different(SortedDictionary<string, string> present) =>
    [
        .. Values.Keys.Union(present.Keys, StringComparer.Ordinal)
            .Where(key => Values.GetValueOrDefault(key) != present.GetValueOrDefault(key)),
    ];

    private async Task<OmsConfigResult?> ReadAsync(Guard guard, CancellationToken cancellationToken)
    {
        foreach (var container in (string[])[Old, New])
        {
            try
            {
                return await Targets.ReadConfigAsync(Targets.Docker(guard.Node!), container, cancellationToken)
                    ?? OmsConfig.Parse("");
            }
            catch (DockerNotFoundException)
            {
                // The other one has the same file.
            }
        }

        return null;
    }
}
