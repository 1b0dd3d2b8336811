namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>What the hosts show to have begun although the plan of an upgrade does not know of it.</summary>
internal sealed class YugabyteTraces(YugabyteCluster cluster)
{
    /// <summary>The plan in which every instance that runs the new program counts as swapped, with what came before the
    /// first swap and is taken back; the same object if it knows it all. All of a component ran that program already
    /// when the plan was compiled if their former one is not known: they stay as they were.</summary>
    public async Task<PlanProgress> ReadAsync(PlanProgress plan, CancellationToken cancellationToken)
    {
        var taken = plan.Steps.Where(s => InstanceSwap.Is(s) && s.HasEverBegun).Select(InstanceSwap.InstanceOf)
            .ToHashSet(StringComparer.Ordinal);
        var masters = plan.Step<SwapMaster>()?.As<SwapMaster>().Programs;
        var found = await new SwapTraces(cluster.Hosts, cluster.Spec).FindAsync(
            cluster.Spec.Instances.FindAll(i => !taken.Contains(i.Name) && Replaced(i)?.FormerSha256 is not null),
            (instance, program) => PrepareYugabytePackage.Program(plan, instance.Host, program),
            cancellationToken);
        var slots = new Queue<string>(cluster.Masters.Select(m => m.Name).Where(found.ContainsKey));
        return found.Count == 0 ? plan : plan.With(plan.Steps.Select(Traced));

        ProgramReplacement? Replaced(DatabaseInstance instance) =>
            instance.Component == DatabaseComponent.Master ? masters?.GetValueOrDefault(instance.Name)
            : plan.Step<SwapTserver>(instance.Name) is { } swap ? SwapTserver.Replacement(plan, swap).Program
            : null;

        Step Traced(Step step) =>
            step.Is<PrepareYugabytePackage>() && step.Facts is null ? SwapTraces.Begun(step, Programs(step))
            : step.HasEverBegun ? step
            : step.Is<SwapMaster>() && slots.TryDequeue(out var master)
                ? SwapTraces.Begun(step, new(StringComparer.Ordinal) { [SwapMaster.InstanceKey] = master })
            : (step.Is<SwapTserver>() && found.ContainsKey(step.Node!))
                || (step.Is<SetReplication>() && !step.As<SetReplication>().Enabled)
                ? SwapTraces.Begun(step)
            : step;

        SortedDictionary<string, string> Programs(Step prepare) => new(
            cluster.Spec.Instances
                .Where(i => found.ContainsKey(i.Name)
                    && PrepareYugabytePackage.HostsOf(prepare).Contains(i.Host, StringComparer.Ordinal))
                .DistinctBy(i => i.Component)
                .ToDictionary(
                    i => PrepareYugabytePackage.ProgramFact(cluster.Vocabulary.Program(i.Component)),
                    i => found[i.Name],
                    StringComparer.Ordinal),
            StringComparer.Ordinal);
    }
}
