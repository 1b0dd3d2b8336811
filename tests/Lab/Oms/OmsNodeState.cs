namespace Drydock.Lab.Oms;

/// <summary>The containers of one node, by name.</summary>
public sealed record OmsNodeState(string Name, IReadOnlyList<OmsContainerState> Containers);
