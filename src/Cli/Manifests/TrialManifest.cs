using Drydock.Cli.Init;
using YamlDotNet.Core;

namespace Drydock.Cli.Manifests;

/// <summary>The object that checks a manifest: the same spec with mode Plan, under another name.</summary>
/// <param name="Name">The name in the manifest.</param>
internal sealed record TrialManifest(ShownKind Kind, IKubernetesObject Entity, string Name)
{
    private const int SuffixLength = 5;
    private const int LongestName = 200;
    private const string TrialLabel = "app.kubernetes.io/created-by";
    private const string CreatedBy = "kubectl-drydock-check";
    private const string Letters = "bcdfghjklmnpqrstvwxz2456789";

    /// <summary>Finds the one upgrade in a file.</summary>
    /// <exception cref="CliException">There is not exactly one, or it does not fit its type.</exception>
    public static TrialManifest Read(string text, string path, string @namespace)
    {
        var documents = Documents(text, path).OfType<JsonObject>().ToList();
        var found = documents
            .Select(d => (Document: d, Kind: ShownKind.All.FirstOrDefault(k => k.Kind == Text(d["kind"]))))
            .Where(d => d.Kind is not null)
            .ToList();
        if (found is not [var (document, kind)])
        {
            throw new CliException(
                $"{path} has {found.Count} upgrades; expected is exactly one document of kind "
                + $"{string.Join(" or ", ShownKind.All.Select(k => k.Kind))}.{Misspelt(documents)}");
        }

        document.Remove("status");
        var options = KubernetesJson.CreateOptions(CrdsJsonContext.Default);
        var misfits = new Misfits(kind!.EntityType, options).Of(document).Select(m => $"{path}: {m}").ToList();
        if (misfits.Count > 0)
        {
            // Unknown fields are refused here: the API server may only warn of a mistyped one.
            throw new CliException(string.Join('\n', misfits));
        }

        const string ApiVersion = $"{ApiGroup.Name}/{ApiGroup.V1Alpha1}";
        var metadata = document["metadata"] as JsonObject ?? [];
        var (version, name) = (Text(document["apiVersion"]), Text(metadata["name"]) ?? "");
        var spec = document["spec"] as JsonObject;
        var wrong = version != ApiVersion
                ? $"apiVersion is {(version is null ? "missing" : $"'{version}'")}; expected is {ApiVersion}."
            : name.Length == 0 ? "metadata.name is missing."
            : !ObjectName.IsValid(name) ? ObjectName.Refusal("metadata.name", name)
            : spec is null ? "spec is missing."
            : null;
        if (wrong is not null)
        {
            throw new CliException($"{path}: {wrong}");
        }

        document["metadata"] = new JsonObject
        {
            ["name"] = $"{name[..Math.Min(name.Length, LongestName)].TrimEnd('-', '.')}-check-"
                + RandomNumberGenerator.GetString(Letters, SuffixLength),
            ["namespace"] = Text(metadata["namespace"]) ?? @namespace,
            ["labels"] = new JsonObject { [TrialLabel] = CreatedBy },
        };

        // A check is never carried out.
        spec!["approval"] = nameof(ApprovalPolicy.Manual);
        spec.Remove("approvals");
        try
        {
            return new TrialManifest(kind, kind.Read(document, options), name);
        }
        catch (JsonException misfit)
        {
            throw new CliException($"{path} does not fit {kind.Kind} at {misfit.Path}.");
        }
    }

    private static IReadOnlyList<JsonNode> Documents(string text, string path)
    {
        try
        {
            return Yaml.Read(text);
        }
        catch (YamlException broken)
        {
            throw new CliException($"{path} cannot be read as YAML: line {broken.Start.Line}: {broken.Message}");
        }
    }

    // " Did you mean ...?", or nothing.
    private static string Misspelt(IReadOnlyList<JsonObject> documents) => documents
        .Select(d => NearestWords.Question(
            NearestWords.Of(Text(d["kind"]) ?? "", ShownKind.All.Select(k => k.Kind))))
        .FirstOrDefault(question => question.Length > 0) ?? "";

    private static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
