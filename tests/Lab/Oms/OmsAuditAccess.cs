namespace Drydock.Lab.Oms;

/// <summary>How the stand-in reaches its audit.</summary>
internal sealed record OmsAuditAccess(string Host, int Port, string User, string Password, string Database);
