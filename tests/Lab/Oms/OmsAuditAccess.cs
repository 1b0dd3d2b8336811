namespace Drydock.Lab.Oms;

/// <summary>The stand-in's connection to its audit.</summary>
internal sealed record OmsAuditAccess(string Host, int Port, string User, string Password, string Database);
