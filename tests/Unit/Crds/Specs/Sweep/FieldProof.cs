namespace Drydock.Tests.Unit.Crds.Specs.Sweep;

/// <summary>A proof, by running, that a change of a field has an effect or is refused.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Field">Path below spec, as the schema has it: <c>regions[].nodes[].name</c>.</param>
/// <param name="Prove">Throws if the change has no effect.</param>
internal sealed record FieldProof(string Kind, string Field, Func<Task> Prove);
