using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Drydock.Tests.Unit.Crds;
using YamlDotNet.RepresentationModel;

namespace Drydock.Tests.Unit.Docs;

/// <summary>The complete objects of Drydock in the fenced blocks of a page: in YAML blocks, and between EOF
/// marks.</summary>
internal static partial class FencedManifests
{
    /// <summary>Each manifest as it is written, and as JSON.</summary>
    /// <param name="page">Path of the page.</param>
    public static IReadOnlyList<(string Text, JsonObject Json)> Of(string page) =>
    [
        .. Fence.In(File.ReadAllText(page))
            .SelectMany(fence => fence.Language == "yaml"
                ? [fence.Text]
                : Here().Matches(fence.Text).Select(here => here.Groups["text"].Value))
            .Where(text => text.Contains("apiVersion: drydock.dev/", StringComparison.Ordinal))
            .Select(text => (text, Read(text))),
    ];

    private static JsonObject Read(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));

        // Through text, so that a number is whatever is asked of it.
        return JsonNode.Parse(YamlToJson.Read(stream.Documents.Single().RootNode)!.ToJsonString())!.AsObject();
    }

    [GeneratedRegex(
        "<<'EOF'\n(?<text>.*?)^EOF$", RegexOptions.Multiline | RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Here();
}
