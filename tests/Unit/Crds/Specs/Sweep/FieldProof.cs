using Drydock.Tests.Unit.Crds.Specs.Making;

namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>A proof, by running, that a change of a field has an effect or is refused.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Field">Path below spec, as the schema has it: <c>regions[].nodes[].name</c>.</param>
/// <param name="Prove">Throws if the change has no effect.</param>
internal sealed record FieldProof(string Kind, string Field, Func<Task> Prove)
{
    /// <summary>A field whose wrong value a rule of the schema refuses. That the rule does so is tried on a current
    /// server.</summary>
    /// <param name="kind">The kind.</param>
    /// <param name="field">The field.</param>
    /// <param name="place">The object that has the rule; empty for the spec.</param>
    /// <param name="text">What the rule reads.</param>
    public static FieldProof RefusedBySchema(string kind, string field, string place, string text) =>
        new(kind, field, () =>
        {
            var rules =
                place.Length == 0
                    ? Schemas.Specs[kind]
                    : Schemas.Specs[kind].Walk().Single(at => at.Path == place).Schema;
            Rules(rules).ShouldContain(rule => rule.Contains(text, StringComparison.Ordinal), field);
            return Task.CompletedTask;
        });

    private static IEnumerable<string> Rules(JsonObject schema) =>
        new[] { schema, schema["items"] }.SelectMany(at => at?["x-kubernetes-validations"]?.AsArray() ?? [])
            .Select(rule => rule!["rule"]!.GetValue<string>());
}
