using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>Compares the image IDs of all nodes (a loaded image has no digest to compare).</summary>
internal sealed class CompareImages(IOmsTargets targets) : OmsStep<CompareImages.Args>(targets)
{
    public sealed record Args(List<string> Nodes);

    protected override Task<Observation> ObserveAsync(
        StepContext context, Args args, CancellationToken cancellationToken)
    {
        var ids = args.Nodes
            .Select(node => (Node: node, Id: context.Recorded(StepIds.Image(node), PrepareImage.ImageIdFact) ?? ""))
            .ToList();
        var different = ids.Select(i => i.Id).Distinct(StringComparer.Ordinal).ToList();
        return Task.FromResult<Observation>(different.Count == 1 && different[0].Length > 0
            ? new Observation.Done($"The image on all nodes is {different[0]}.")
            : new Observation.Failed(
                Reasons.ImagesDiffer,
                "The image is not the same on every node "
                + $"({string.Join(", ", ids.Select(i => $"{i.Node}: {i.Id}"))}). "
                + BeforeDowntime.NewAttempt("load the same archive on every node")));
    }
}
