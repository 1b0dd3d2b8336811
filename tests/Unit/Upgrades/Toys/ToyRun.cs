namespace Drydock.Tests.Unit.Upgrades;

/// <summary>
/// The smallest kind of run: no cleanup, no redo, no outputs, and a way back only if the world has one.
/// </summary>
[KubernetesEntity(Group = "test.drydock.dev", ApiVersion = "v1", Kind = "ToyRun", PluralName = "toyruns")]
public sealed record ToyRun : CustomKubernetesEntity<ToyRunSpec, ToyRunStatus>;
