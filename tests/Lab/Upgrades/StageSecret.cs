namespace Drydock.Lab.Upgrades;

/// <summary>A Secret that a manifest refers to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
/// <param name="Values">stringData.</param>
internal sealed record StageSecret(string Name, string Type, IReadOnlyDictionary<string, string> Values);
