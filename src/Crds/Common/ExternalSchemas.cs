[assembly: ExternalSchema(
    typeof(Condition), nameof(Condition.Type),
    Description = "What the condition is about.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(Condition), nameof(Condition.Status),
    Description = "True, False or Unknown.",
    MaxLength = 16)]
[assembly: ExternalSchema(
    typeof(Condition), nameof(Condition.Reason),
    Description = "Stable machine-readable word for the cause.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(Condition), nameof(Condition.Message),
    Description = "Explanation for users.",
    MaxLength = SchemaLimits.Message)]
[assembly: ExternalSchema(
    typeof(Condition), nameof(Condition.LastTransitionTime),
    Description = "When the status last changed.")]
[assembly: ExternalSchema(
    typeof(Condition), nameof(Condition.ObservedGeneration),
    Description = "The generation of the spec that it describes.")]

[assembly: ExternalSchema(
    typeof(Plan), nameof(Plan.Hash),
    Description = "Hash of all actions and targets: sha256: and 64 hex digits. The same work has the same hash.",
    MaxLength = 71)]
[assembly: ExternalSchema(
    typeof(Plan), nameof(Plan.SpecHash),
    Description = "Hash of the identity fields of the spec from which the plan was compiled. It shows whether they "
        + "were changed later.",
    MaxLength = 71)]
[assembly: ExternalSchema(
    typeof(Plan), nameof(Plan.Hold),
    Description = "What must be approved before the first step, for instance RollBack; absent if nothing.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(typeof(Plan), nameof(Plan.CompiledAt), Description = "When it was compiled.")]
[assembly: ExternalSchema(
    typeof(Plan), nameof(Plan.AttemptsBefore),
    Description = "Number of attempts of earlier plans. Attempt numbers in names continue from it, so that traces "
        + "of an earlier plan are not taken for those of this plan.")]
[assembly: ExternalSchema(
    typeof(Plan), nameof(Plan.Steps),
    Description = "The steps, sorted so that every step stands after those named in its field after.",
    MaxItems = SchemaLimits.Steps)]
[assembly: ExternalSchema(
    typeof(Plan), nameof(Plan.Guards),
    Description = "What must stay true while the plan runs.",
    MaxItems = SchemaLimits.Steps)]
[assembly: ExternalSchema(
    typeof(PlanGuard), nameof(PlanGuard.Violations),
    Description = "When it did not hold, the latest last. Not part of the hash.",
    MaxItems = 8)]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.Reason),
    Description = "Stable word for what was wrong.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.Message),
    Description = "What was wrong.",
    MaxLength = SchemaLimits.Message)]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.Check),
    Description = "What to check afterwards; absent if nothing is left of it.",
    MaxLength = SchemaLimits.Message)]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.From),
    Description = "When it began, or was first seen.")]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.To),
    Description = "When the guard was seen to hold again, or the violation was accepted; absent while it is open.")]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.Key),
    Description = "Identifies the violation; absent if it cannot be accepted. Not an API.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.RestoreFirst),
    Description = "True if the data may be used again only after the snapshot was restored.")]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.NoRollback),
    Description = "True if a rollback is impossible while it is open, or once it was accepted.")]
[assembly: ExternalSchema(
    typeof(GuardViolation), nameof(GuardViolation.Accepted),
    Description = "Where the acceptance came from; absent if it was not accepted.")]
[assembly: ExternalSchema(
    typeof(Plan), nameof(Plan.Acknowledged),
    Description = "The entries of spec.preflight.acknowledge when the plan was compiled. The hash covers them.",
    MaxItems = 64, MaxLength = SchemaLimits.Reference)]
[assembly: ExternalSchema(
    typeof(Plan), nameof(Plan.Notes),
    Description = "What you should know before you approve the plan: expected losses, undocumented methods, points "
        + "of no return.",
    MaxItems = SchemaLimits.Findings, MaxLength = SchemaLimits.Message)]

[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Id),
    Description = "Stable id, for instance StopOld/oms-a.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Phase),
    Description = "The phase of the step; absent if the step is finished and the first part of its id is the phase.",
    MaxLength = SchemaLimits.ShortName)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Node),
    Description = "The node, database or cluster it acts on; absent when it acts on the whole system.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Title),
    Description = "A short text for users; absent if the step is finished and its id is sufficient. Not part of the"
        + " hash.",
    MaxLength = SchemaLimits.Reference)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.After),
    Description = "Ids of the steps that must have succeeded before; absent in a plan that was replaced by a "
        + "rollback.",
    MaxItems = SchemaLimits.Steps, MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Action),
    Description = "Name of the action that executes the step.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Parameters),
    Description = "Parameters of the action. Never a secret.",
    MaxItems = 256, MaxLength = SchemaLimits.Opaque)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Timeout),
    Description = "How long one attempt may take, as a duration; absent in a plan that was replaced by a rollback. "
        + "Not part of the hash.",
    MaxLength = SchemaLimits.Duration)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.MaxAttempts),
    Description = "Number of automatic attempts; 1 for a run-once step. Absent in a plan that was replaced by a "
        + "rollback.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.RunOnce),
    Description = "True if the action must never run twice on the same data.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Retry),
    Description = "What a retry token can do after the step failed.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Reversible),
    Description = "Whether a rollback can undo it; absent if it can.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.PointOfNoReturn),
    Description = "True if a rollback after this step loses data or is impossible.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.OnlyLists),
    Description = "True if a failure of the step does not stop the run: the step then counts as done, and its failure"
        + " is listed.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.AsksWindow),
    Description = "True if spec.window is asked before the step although its phase has begun: the upgrade of one"
        + " instance begins with it, or it is a point of no return.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.State),
    Description = "Current state. Unknown means that the operator cannot determine whether the step was done.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Attempt),
    Description = "Number of attempts so far, including those before a retry; absent before the first one, and if the"
        + " first one succeeded.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Tries),
    Description = "Number of attempts since the start or the last retry, compared with maxAttempts; absent once the"
        + " step is finished.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.StartedAt),
    Description = "When the current attempt started.")]
[assembly: ExternalSchema(typeof(PlanStep), nameof(PlanStep.FinishedAt), Description = "When it ended.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Reason),
    Description = "Stable machine-readable word for the cause of the failure.",
    MaxLength = SchemaLimits.ShortName)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Message),
    Description = "What happened.",
    MaxLength = SchemaLimits.Message)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Acceptable),
    Description = "True if you can accept this failure with the annotation drydock.dev/accept or spec.accept.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Accepted),
    Description = "How the step came to count as done although it had failed.")]
[assembly: ExternalSchema(
    typeof(StepAcceptance), nameof(StepAcceptance.By),
    Description = "Where the acceptance came from. Plan: a failure of this step is only listed.")]
[assembly: ExternalSchema(
    typeof(StepAcceptance), nameof(StepAcceptance.At),
    Description = "When the step began to count as done.")]
[assembly: ExternalSchema(
    typeof(StepAcceptance), nameof(StepAcceptance.Reason),
    Description = "The reason of the failure. The message of the step has its text.",
    MaxLength = SchemaLimits.ShortName)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Receipt),
    Description = "Opaque strings by which this execution is found again. Not an API.",
    MaxItems = 256, MaxLength = SchemaLimits.Opaque)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.Facts),
    Description = "What the step found out for later steps. Not an API.",
    MaxItems = 256, MaxLength = SchemaLimits.Opaque)]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.NotTakenSince),
    Description = "Since when the target has not accepted the request of the current attempt.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.CleanedUpAt),
    Description = "When the temporary change of this step was seen to be removed while the run was stopped or waited.")]
[assembly: ExternalSchema(
    typeof(PlanStep), nameof(PlanStep.OutputRef),
    Description = "Name of the Secret that holds the end of the output.",
    MaxLength = SchemaLimits.Name)]

[assembly: ExternalSchema(
    typeof(PlanGuard), nameof(PlanGuard.Id),
    Description = "Stable id, for instance OldStaysStopped/oms-a.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(PlanGuard), nameof(PlanGuard.Check),
    Description = "Name of the check.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(PlanGuard), nameof(PlanGuard.Node),
    Description = "The node that is checked; absent if the whole system is checked.",
    MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(PlanGuard), nameof(PlanGuard.Parameters),
    Description = "What exactly must stay true. Never a secret.",
    MaxItems = 256, MaxLength = SchemaLimits.Opaque)]
[assembly: ExternalSchema(
    typeof(PlanGuard), nameof(PlanGuard.From),
    Description = "In force once all of these steps have succeeded.",
    MaxItems = SchemaLimits.Steps, MaxLength = SchemaLimits.Name)]
[assembly: ExternalSchema(
    typeof(PlanGuard), nameof(PlanGuard.Until),
    Description = "No longer in force once this step has begun; absent keeps it to the end of the plan.",
    MaxLength = SchemaLimits.Name)]
