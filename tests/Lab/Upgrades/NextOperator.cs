namespace Drydock.Lab.Upgrades;

/// <summary>
/// The next release of the operator, built from a copy of a checkout with a higher version, which its CRDs have too.
/// </summary>
/// <param name="Assembly">Path of its Drydock.Operator.dll.</param>
/// <param name="Crds">Folder of its CRDs.</param>
public sealed record NextOperator(string Assembly, string Crds)
{
    /// <summary>Builds it (about a minute), or takes it from the cache.</summary>
    /// <param name="checkout">The root of the checkout.</param>
    public static async Task<NextOperator> BuildAsync(string checkout, CancellationToken cancellationToken = default)
    {
        var output = await Shell.RunAsync(
            "bash", [Recipes.PathOf("next-operator.sh"), checkout], cancellationToken: cancellationToken);
        var paths = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2))
            .ToDictionary(p => p[0], p => p[1], StringComparer.Ordinal);
        return new NextOperator(paths["OPERATOR"], paths["CRDS"]);
    }
}
