namespace Drydock.Lab.Commands;

/// <summary>How to reach the control plane.</summary>
public sealed record ControlPlaneState(string Server, string Kubeconfig, string Kubectl, bool ModernCrds);
