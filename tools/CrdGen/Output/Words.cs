using Drydock.Crds.Entities;
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

    /// <summary>The type of a field, with the bounds of numbers, and those of lists if they are asked for.</summary>
    public static string TypeOf(SchemaNode node, bool hasBounds, Func<Type, string> nameOf)
    {
        var count = hasBounds && node.MaxItems is { } most ? $" ({(node.MinItems is { } least ? $"{least}–" : "≤")}{most})" : "";
        return node switch
        {
            { Enum.Count: > 0 } => string.Join(", ", node.Enum.Select(word => $"`{word}`")),
            { IsMap: true } => $"map of {TypeOf(node.Items!, hasBounds, nameOf)}s{count}",
            { Type: "array", Items.Enum.Count: 0, Items.Model: null } => $"{node.Items.Type}s{count}",
            { Type: "array" } => $"list of {TypeOf(node.Items!, hasBounds, nameOf)}{count}",
            { Model: { } type } => nameOf(type),
            { Type: "integer", Maximum: not null } => $"{node.Minimum}–{node.Maximum}",
            { Format: "date-time" } => "time",
            _ => IsDuration(node) ? "duration" : node.Type,
        };
    }

    private static bool IsDuration(SchemaNode node) =>
        node.Pattern is Patterns.Duration or Patterns.PositiveDuration || (node.Pattern is null && node.MaxLength == SchemaLimits.Duration);
}
