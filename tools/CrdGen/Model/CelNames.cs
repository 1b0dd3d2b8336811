using System.Collections.Frozen;

namespace Drydock.CrdGen.Model;

/// <summary>
/// How a field is called in a CEL rule: words that CEL keeps for itself are written <c>__word__</c>
/// (Kubernetes, "Validation rules" of custom resources: escaping of property names).
/// </summary>
public static class CelNames
{
    private static readonly FrozenSet<string> Reserved = FrozenSet.ToFrozenSet(
        [
            "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop", "package",
            "namespace", "return", "var", "void", "while",
        ],
        StringComparer.Ordinal);

    /// <summary>The name in a rule.</summary>
    public static string Of(string field) => Reserved.Contains(field) ? $"__{field}__" : field;
}
