
namespace Drydock.Reconcilers.Oms;

/// <content>The new containers start.</content>
internal sealed partial class OmsUpgradePlanner
{
    private List<string> StartNew()
    {
        foreach (var node in Nodes)
        {
            _plan.Add(Step(StepIds.StartNew(node.Name), OmsActions.StartContainer, node.Name, $"start {node.NewContainer} on {node.Name}", _barrier, attempts: 3, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
            }) with
            { Reversible = true });
            _plan.Add(Step(StepIds.Supervisor(node.Name), OmsActions.AwaitSupervisor, node.Name, $"supervisord answers on {node.Name}", [StepIds.StartNew(node.Name)], attempts: 1, new(StringComparer.Ordinal)
            {
                ["container"] = node.NewContainer,
            }));
        }

        return [.. Nodes.Select(n => StepIds.Supervisor(n.Name))];
    }
}
