namespace Drydock.Reconcilers.Databases.TiDb;

/// <summary>A dashboard of Grafana as a file has it, changed for one cluster as tidb-ansible does
/// (docs/research/tidb.md#monitoring). Pure.</summary>
internal sealed class DashboardModel
{
    private const string Template = "Test-Cluster";

    // Grafana's own sources: -- Grafana --, -- Mixed --, -- Dashboard --.
    private const string BuiltIn = "-- ";

    private DashboardModel(JsonObject model, string title) => (Model, Title) = (model, title);

    /// <summary>The dashboard as it is sent; without an id of another Grafana.</summary>
    public JsonObject Model { get; }

    public string Title { get; }

    public string? Uid => Text(Model["uid"]) is { Length: > 0 } uid ? uid : null;

    /// <summary>Reads a file; null if it is no dashboard.</summary>
    /// <param name="dataSource">The data source of panels, variables and annotations; null leaves them.</param>
    /// <param name="titlePrefix">What the title begins with instead of Test-Cluster; null leaves it.</param>
    public static DashboardModel? Of(string text, string? dataSource, string? titlePrefix)
    {
        JsonObject? model;
        try
        {
            model = JsonNode.Parse(text) as JsonObject;
        }
        catch (JsonException)
        {
            // The caller says which file is no dashboard.
            return null;
        }

        if (model is null || Text(model["title"]) is not { Length: > 0 } title
            || (model["panels"] ?? model["rows"]) is not JsonArray)
        {
            return null;
        }

        if (titlePrefix is not null && title.StartsWith(Template, StringComparison.Ordinal))
        {
            title = titlePrefix + title[Template.Length..];
            model["title"] = title;
        }

        if (dataSource is not null)
        {
            Use(model, dataSource);
        }

        model["id"] = null;
        return new DashboardModel(model, title);
    }

    public bool IsSame(JsonObject stored) => JsonNode.DeepEquals(Comparable(Model), Comparable(stored));

    private static JsonObject Comparable(JsonObject model)
    {
        var copy = model.DeepClone().AsObject();
        copy.Remove("id");
        copy.Remove("uid");
        copy.Remove("version");
        return copy;
    }

    // Panels, variables and annotations name their source by this key. A variable of another cluster keeps no value.
    private static void Use(JsonNode? node, string dataSource)
    {
        switch (node)
        {
            case JsonArray list:
                foreach (var item in list)
                {
                    Use(item, dataSource);
                }

                break;
            case JsonObject owner:
                if (owner.TryGetPropertyValue("datasource", out var named)
                    && (named is null
                        || (Text(named) is { } name && !name.StartsWith(BuiltIn, StringComparison.Ordinal))))
                {
                    owner["datasource"] = dataSource;
                }

                if (Text(owner["type"]) == "query" && owner["current"] is JsonObject && owner["options"] is JsonArray)
                {
                    (owner["current"], owner["options"]) = (new JsonObject(), new JsonArray());
                }

                foreach (var (_, value) in owner.ToList())
                {
                    Use(value, dataSource);
                }

                break;
            default:
                break;
        }
    }

    internal static string? Text(JsonNode? node) =>
        node is JsonValue value && value.TryGetValue(out string? text) ? text : null;
}
