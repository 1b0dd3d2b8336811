using Drydock.Abstractions.Entities;

namespace Drydock.CrdGen.Model;

/// <summary>A kind: its names, its columns, and the schemas of spec and status.</summary>
/// <param name="Entity">Names of the API resource.</param>
/// <param name="ShortNames">Short names.</param>
/// <param name="Categories">Categories.</param>
/// <param name="Columns">Columns of kubectl get.</param>
/// <param name="Description">What the kind is.</param>
/// <param name="Spec">Schema of the spec.</param>
/// <param name="Status">Schema of the status.</param>
/// <param name="Rules">Rules of the whole object: those that see spec and status together.</param>
public sealed record KindModel(
    KubernetesEntityAttribute Entity,
    IReadOnlyList<string> ShortNames,
    IReadOnlyList<string> Categories,
    IReadOnlyList<AdditionalPrinterColumnAttribute> Columns,
    string Description,
    SchemaNode Spec,
    SchemaNode Status,
    IReadOnlyList<CelRule> Rules);
