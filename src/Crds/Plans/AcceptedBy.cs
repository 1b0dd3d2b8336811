namespace Drydock.Crds.Plans;

/// <summary>What let a failed step count as done.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<AcceptedBy>))]
public enum AcceptedBy
{
    /// <summary>The plan: a failure of this step is only listed.</summary>
    Plan,

    /// <summary>An administrator, with an annotation.</summary>
    Annotation,

    /// <summary>An administrator, with spec.approvals.</summary>
    Spec,
}
