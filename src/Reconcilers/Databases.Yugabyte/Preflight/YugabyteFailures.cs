namespace Drydock.Reconcilers.Databases.Yugabyte;

/// <summary>Converts failures of clients into findings of the preflight of a YugabyteDB or BMDB upgrade.</summary>
internal static class YugabyteFailures
{
    public static Finding? Finding(Exception failure, string? node, string? field)
    {
        return ClientFailures.Finding(failure, node, field) ?? failure switch
        {
            ClusterUnhealthyException trouble => Of(trouble.Reason),
            AdminToolException => Of(Reasons.AdminToolFailed),
            YbAnswerException => Of(Reasons.AnswerUnusable),
            _ => null,
        };

        Finding Of(string reason) => new() { Reason = reason, Message = failure.Message, Node = node, Field = field };
    }
}
