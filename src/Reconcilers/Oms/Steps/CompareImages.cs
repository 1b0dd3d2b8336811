using Drydock.Crds.Common;
using Drydock.Engine.Actions;

namespace Drydock.Reconcilers.Oms;

/// <summary>The image has the same ID on every node (a loaded image has no digest to compare).</summary>
internal sealed class CompareImages(IOmsTargets targets) : OmsStep(targets)
{
    /// <inheritdoc />
    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var ids = context.Parameter("nodes").Split(',')
            .Select(node => (Node: node, Id: context.Recorded(StepIds.Image(node), PrepareImage.ImageIdFact) ?? ""))
            .ToList();
        var different = ids.Select(i => i.Id).Distinct(StringComparer.Ordinal).ToList();
        return Task.FromResult<Observation>(different.Count == 1 && different[0].Length > 0
            ? new Observation.Done($"all nodes have {different[0]}")
            : new Observation.Failed(
                Reasons.ImagesDiffer,
                $"the image is not the same on every node ({string.Join(", ", ids.Select(i => $"{i.Node}: {i.Id}"))}); {BeforeDowntime.StartOver("load the same archive everywhere")}"));
    }
}
