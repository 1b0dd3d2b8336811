namespace Drydock.Reconcilers.DatabaseRollingUpgrades.Access;

/// <summary>Certificates for talking to a cluster's processes, as the Secret has them (PEM).</summary>
/// <param name="Ca">ca.crt: who may sign the servers' certificates.</param>
/// <param name="Certificate">tls.crt, where the servers want a client certificate.</param>
/// <param name="Key">tls.key.</param>
public sealed record ServiceTlsMaterial(byte[] Ca, byte[]? Certificate, byte[]? Key);
