#pragma once

#include <string>
#include <vector>

#include "robustcheck/eval/worker_pool.h"

namespace robustcheck::eval {

/// A valid setup of images with these names; fake_worker.cpp says what the names do.
inline SetupRequest fake_setup(const std::vector<std::string>& names, const std::string& model = "good") {
  SetupRequest setup;
  setup.model = model;
  setup.preprocessing.input = {4, 4};
  setup.preprocessing.mean = {0.5, 0.5, 0.5};
  setup.preprocessing.std = {0.25, 0.25, 0.25};
  setup.preprocessing.output = OutputKind::log_probs;
  for (const std::string& name : names) setup.images.push_back({"/images/" + name, name, std::string(64, 'a'), {}});
  return setup;
}

inline PoolOptions fake_options(std::size_t workers) {
  PoolOptions options;
  options.worker = ROBUSTCHECK_FAKE_WORKER;
  options.workers = workers;
  return options;
}

/// A batch of `size` copies of one unperturbed image.
inline ForwardRequest forward_job(ImageIndex image, std::size_t size = 2, space::Assignment config = {}) {
  ForwardRequest job;
  job.config = std::move(config);
  job.items.resize(size);
  for (WorkItem& item : job.items) item.image = image;
  job.wanted = 1;
  return job;
}

}  // namespace robustcheck::eval
