using System.Text.Json.Nodes;

namespace Drydock.Tests;

/// <summary>How many rows <c>kubectl describe</c> needs at 120 columns.</summary>
/// <remarks>By the layout of kubectl's generic describer: a row for each field and each entry of a list. An end-to-end
/// test compares it with kubectl.</remarks>
public static class Described
{
    private const int Columns = 120;

    public static int Rows(string text) =>
        text.TrimEnd('\n').Split('\n').Sum(line => Math.Max(1, (line.Length + Columns - 1) / Columns));

    /// <summary>At most as many as kubectl prints for the object, without Events.</summary>
    public static int Rows(JsonNode? entity) => Rows(entity, 0);

    // The values of one object begin in one column; a label has a space more before each further word of the name.
    private static int Rows(JsonNode? value, int level) => value switch
    {
        JsonObject fields => fields.Where(f => f.Key != "managedFields").Sum(f => f.Value switch
        {
            JsonObject or JsonArray => 1 + Rows(f.Value, level + 1),
            var text => Line(level, fields.Max(other => other.Key.Length) + 6, text),
        }),
        JsonArray entries => entries.Sum(e => e is JsonObject ? Rows(e, level) : Line(level, 0, e)),
        _ => 1,
    };

    private static int Line(int level, int label, JsonNode? value) =>
        Rows(new string(' ', (2 * level) + label) + value);
}
