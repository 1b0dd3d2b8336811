namespace Drydock.Reconcilers.Oms;

/// <summary>Compares the images of all nodes: their contents, because two ways of dockerd to store images give the same
/// image different ids; their ids where a dockerd does not list the layers.</summary>
internal sealed record CompareImages(List<string> Nodes) : OmsStep
{
    internal override string Verb => "same-image";
    internal override int Attempts => 1;

    internal override string Title(string? node) => "Check that the image is the same on every node";

    public override Task<Observation> ObserveAsync(StepContext context, CancellationToken cancellationToken)
    {
        var ids = Nodes
            .Select(node => (Node: node, Id: Recorded(context, node, PrepareImage.ImageIdFact) ?? ""))
            .ToList();
        var contents = Nodes
            .Select(node => Recorded(context, node, PrepareImage.ContentsFact) ?? "")
            .ToList();
        var compared = contents.Contains("", StringComparer.Ordinal) ? ids.ConvertAll(i => i.Id) : contents;
        var isSame = compared.Distinct(StringComparer.Ordinal).Count() == 1 && compared[0].Length > 0;
        return Task.FromResult<Observation>(isSame
            ? new Observation.Done($"The image on all nodes is {ids[0].Id}.")
            : new Observation.Failed(
                Reasons.ImagesDiffer,
                "The image is not the same on every node "
                + $"({string.Join(", ", ids.Select(i => $"{i.Node}: {i.Id}"))}). "
                + BeforeDowntime.NewAttempt("load the same archive on every node")));
    }

    private static string? Recorded(StepContext context, string node, string fact) =>
        context.Plan.Step<PrepareImage>(node)?.Recorded(fact);
}
