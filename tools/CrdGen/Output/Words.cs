using Drydock.Abstractions.Entities;
using Drydock.CrdGen.Model;
using Drydock.Crds.Common;

namespace Drydock.CrdGen.Output;

/// <summary>Words for facts of a field, as people read them.</summary>
internal static class Words
{
    public const string Legend =
        "The word in front of a field says when you can change it: [identity] says what is done to which target, and is frozen while the work is under way; "
        + "[access] says how the operator reaches its targets, [timing] how long it waits, [control] what you want of the run now: these you can change at any time.";

    public static string Of(FieldClass fieldClass) => fieldClass switch
    {
        FieldClass.Identity => "identity",
        FieldClass.Access => "access",
        FieldClass.Timing => "timing",
        _ => "control",
    };

    public static string TypeOf(SchemaNode node)
    {
        if (node.Enum.Count > 0)
        {
            return string.Join(" \\| ", node.Enum.Select(word => $"`{word}`"));
        }

        if (node.Type == "array")
        {
            var by = node.ListType == "map" ? $" by {string.Join(", ", node.ListMapKeys)}" : node.ListType == "set" ? ", unique" : "";
            return $"list of {TypeOf(node.Items!)}{by}, {Bounds(node.MinItems, node.MaxItems, "item")}";
        }

        if (node.IsMap)
        {
            return $"map of {TypeOf(node.Items!)}, {Bounds(node.MinItems, node.MaxItems, "entry", "entries")}";
        }

        if (node.Type == "integer" && node.Maximum is not null)
        {
            return $"integer, {node.Minimum} to {node.Maximum}";
        }

        return node.MaxLength is not null && !IsDuration(node) ? $"{node.Type}, {Bounds(node.MinLength, node.MaxLength, "character")}" : IsDuration(node) ? "duration" : node.Type;
    }

    public static string UnitOf(SchemaNode node)
    {
        if (IsDuration(node))
        {
            return "ms, s, m, h, d";
        }

        return node.Format == "date-time" ? "RFC 3339" : node.Name.EndsWith("bytes", StringComparison.OrdinalIgnoreCase) ? "bytes" : "";
    }

    private static bool IsDuration(SchemaNode node) =>
        node.Pattern is Patterns.Duration or Patterns.PositiveDuration || (node.Pattern is null && node.MaxLength == SchemaLimits.Duration);

    private static string Bounds(int? least, int? most, string one, string? many = null)
    {
        many ??= one + "s";
        if (least == most)
        {
            return most == 1 ? $"exactly 1 {one}" : $"exactly {most} {many}";
        }

        return least is null ? $"at most {most} {many}" : $"{least} to {most} {many}";
    }
}
